"""The doors: JSON API, the page, and other people's contracts."""
