"""`python -m deploy`: the commands of run.py, once the environment stands."""

from deploy.commands.app import main

if __name__ == "__main__":
    main()
