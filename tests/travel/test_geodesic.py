"""Fast distances against geopy's geodesic, at several latitudes, ranges and borders."""

import math

import numpy as np
import pytest
from geopy.distance import geodesic

from dispatch_engine.travel import geodesic as fast


def pairs(latitude: float, metres: float, count: int = 60) -> list[tuple[float, float, float, float, float]]:
    """(lat1, lon1, lat2, lon2, true metres) in all directions, between half and all of ``metres`` apart."""
    found = []
    for k in range(count):
        start = (latitude, -180 + 360 * ((k * 0.381966) % 1))
        length = metres * (0.5 + 0.5 * ((k * 0.618034) % 1))
        end = geodesic(meters=length).destination(start, bearing=360 * k / count)
        found.append((*start, end.latitude, end.longitude, geodesic(start, end).m))
    return found


def largest_relative_error(latitude: float, metres: float) -> float:
    errors = []
    for lat1, lon1, lat2, lon2, truth in pairs(latitude, metres):
        errors.append(abs(fast.distance_matrix([lat1, lat2], [lon1, lon2])[0, 1] - truth) / truth)
    return max(errors)


@pytest.mark.parametrize("latitude", [-33.9, 0.0, 31.2, 48.1, 65.0])
@pytest.mark.parametrize(
    ("metres", "allowed"),
    [(1_000, 2e-5), (30_000, 2e-5), (100_000, 1e-4), (300_000, 1e-5), (5_000_000, 1e-5)],
)
def test_error_against_geopy_is_small_at_every_range(latitude: float, metres: float, allowed: float) -> None:
    """Within a city the error is below 0.002 %, across a country below 0.01 %."""
    assert largest_relative_error(latitude, metres) < allowed


def test_error_is_visible_where_the_allowance_is_too_tight() -> None:
    """The comparison above can fail: at 65° and 100 km the local metric is off by more than a millionth."""
    assert largest_relative_error(65.0, 100_000) > 1e-6


def test_a_hundredth_of_a_degree_on_the_equator() -> None:
    """Along the equator the parallel radius is the semi-major axis itself."""
    # 0.01° x pi / 180 x 6,378,137 m = 1113.1949 m
    assert fast.distance_matrix([0, 0], [10, 10.01])[0, 1] == pytest.approx(1113.1949, abs=1e-3)


def test_the_antimeridian_is_no_border() -> None:
    """179.99° east and 179.99° west are 0.02° apart, near Fiji as elsewhere."""
    across = fast.distance_matrix([-17, -17], [179.99, -179.99])[0, 1]
    inland = fast.distance_matrix([-17, -17], [20.0, 20.02])[0, 1]
    assert across == pytest.approx(inland, abs=1e-3)
    assert across == pytest.approx(geodesic((-17, 179.99), (-17, -179.99)).m, rel=1e-5)


def test_both_names_of_the_antimeridian_are_one_line() -> None:
    """Longitude 180 and longitude -180 are the same meridian."""
    assert fast.distance_matrix([5, 5], [180, -180])[0, 1] == 0


def test_poles_and_antipodes_stay_finite() -> None:
    """Where formulas divide by what vanishes, the answer is still within half a percent of the truth."""
    places = [(90.0, 0.0), (90.0, 100.0), (-90.0, 0.0), (0.0, 0.0), (0.0, 180.0), (89.9, -60.0)]
    metres = fast.distance_matrix(*zip(*places, strict=True))
    truth = np.array([[geodesic(a, b).m for b in places] for a in places])
    assert np.isfinite(metres).all()
    np.testing.assert_allclose(metres, truth, rtol=5e-3, atol=1e-6)


def test_the_two_formulas_meet() -> None:
    """At the border between near and far the answer does not jump by more than 0.01 %."""
    lon = math.degrees(fast.NEAR_LONGITUDE)
    near = fast.distance_matrix([48, 48], [0, lon - 1e-9])[0, 1]
    far = fast.distance_matrix([48, 48], [0, lon + 1e-9])[0, 1]
    assert near != far
    assert far == pytest.approx(near, rel=1e-4)


@pytest.mark.parametrize("size", [0, 1, 2, 63, 64, 65, 700])
def test_matrix_is_symmetric_to_the_bit_with_a_zero_diagonal(size: int) -> None:
    """Block borders leave no seam: the matrix equals its transpose, and an entry its pair computed alone."""
    rng = np.random.default_rng(size)
    lat, lon = 31 + rng.random(size) * 4, 121 + rng.random(size) * 4
    metres = fast.distance_matrix(lat, lon)
    assert metres.shape == (size, size)
    assert np.array_equal(metres, metres.T)
    assert not metres.diagonal().any()
    if size >= 2:
        alone = fast.distance_matrix(lat[[0, -1]], lon[[0, -1]])[0, 1]
        assert metres[0, -1] == pytest.approx(alone, rel=1e-12)
        assert metres[0, -1] > 0


def test_blocks_cover_the_upper_triangle_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five places in blocks of 2 rows and 3 columns, each strip from its own first row on."""
    monkeypatch.setattr(fast, "BLOCK_ROWS", 2)
    monkeypatch.setattr(fast, "BLOCK_COLUMNS", 3)
    blocks = list(fast.upper_blocks(np.zeros(5), np.arange(5) / 100))
    assert [(b.rows.start, b.rows.stop, b.columns.start, b.columns.stop) for b in blocks] == [
        (0, 2, 0, 3),
        (0, 2, 3, 5),
        (2, 4, 2, 5),
        (4, 5, 4, 5),
    ]
    assert [b.metres.shape for b in blocks] == [(2, 3), (2, 2), (2, 3), (1, 1)]
    assert (fast.distance_matrix(np.zeros(5), np.arange(5) / 100) > 0).sum() == 5 * 4
