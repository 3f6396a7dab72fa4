"""The day under way: plans compared, explained, offered as slots, and made again after events."""
