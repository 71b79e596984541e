"""The wiring: stages to warehouse, the command line, the settings, and Prefect, which nothing but a flow and a schedule imports."""
