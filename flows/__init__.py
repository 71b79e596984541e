"""The wiring: what connects the stages to the warehouse, the command line, the settings, and Prefect (in deployments.py and schedule.py only)."""
