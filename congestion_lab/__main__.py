"""`python -m congestion_lab`."""

from congestion_lab.cli import main

if __name__ == "__main__":
    main()
