"""The current Parquet files of a table of the lake, by its pointers: for Python without Node.js.

Needs fsspec; for S3 also s3fs. Copy it where you need it.
"""

import re

import fsspec

FOLDERS = {
    "agent_activity": "activity",
    "agent_stay": "stays",
    "agents": "agents",
    "rejected_activity": "rejected",
    "withdrawn_activity": "withdrawn",
    "etl_completeness": "completeness",
    "etl_runs": "runs",
}


def current_files(lake, table, first_day=None, last_day=None):
    """
    The file of each account and day, ascending.

    lake: "s3://<LakeBucket>", or "<data folder>/s3/activity-lake".
    first_day, last_day: "2026-01-30", both included; None: no limit.
    A file never changes, and stays for at least a day after it was superseded: read them within that time.
    """
    fs, root = fsspec.url_to_fs(lake)
    scheme = "s3://" if lake.startswith("s3://") else ""
    files = []
    for pointer in sorted(fs.glob(f"{root}/{FOLDERS[table]}/**/current")):
        day = re.search(r"/(?:dt|day)=(\d{4}-\d\d-\d\d)/", pointer)
        if day and first_day and day[1] < first_day or day and last_day and day[1] > last_day:
            continue
        # s3://<bucket>/blocks/… in one line. A copy of a lake names the bucket that it was copied from.
        address = fs.cat_file(pointer).decode().strip()
        files.append(f"{scheme}{root}/{address.split('/', 3)[3]}")
    return files
