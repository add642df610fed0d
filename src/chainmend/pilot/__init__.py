"""The pilot field: trials of chip x model x scenario that say works, degraded, wrong, unstable, fails or untested."""
