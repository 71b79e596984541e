"""The wiring: stages to warehouse, the command line, the settings, and Prefect (in deployments.py and schedule.py only)."""
