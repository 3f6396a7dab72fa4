"""Write the shipped generated scenarios again, each from its recipe with its own seed."""

from __future__ import annotations

from pathlib import Path

from dispatch_engine.sources.generate import generate_problem, to_text
from dispatch_engine.sources.generate_config import GenerateConfig


def main() -> None:
    """Every recipe of this folder becomes the JSON file of the same name."""
    for path in sorted(Path(__file__).parent.glob("*.yaml")):
        config = GenerateConfig.from_file(path)
        text = to_text(generate_problem(config, config.seed))
        path.with_suffix(".json").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
