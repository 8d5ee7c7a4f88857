"""The downloader side, one concern a file."""
