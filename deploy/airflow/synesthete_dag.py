"""Airflow: the nightly round. Every step is an idempotent verb of the command line; no logic lives here."""

from __future__ import annotations

from datetime import datetime, timedelta

from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG(
    "synesthete",
    schedule="30 3 * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=10)},
) as dag:
    update = BashOperator(task_id="update", bash_command="synesthete update || [ $? -eq 3 ]")
    learn = BashOperator(task_id="learn", bash_command="synesthete learn")
    send = BashOperator(task_id="send", bash_command="synesthete digest send")
    update >> learn >> send
