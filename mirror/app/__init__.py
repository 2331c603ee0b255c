"""Run the mirror: the loop, its monitor, and what systemd hears of it."""
