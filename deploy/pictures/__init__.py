"""Pictures of every page of the console, and what must never be seen on one. Needs a browser, and `dev.txt`."""
