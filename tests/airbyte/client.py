"""What a person does with PyAirbyte, in a process of its own: client.py EXECUTABLE CONFIG [read...]. Prints one JSON object.

Runs in the environment that has PyAirbyte (.venv/pyairbyte), with the cache in the working directory.
"""

import json
import sys

import airbyte


def rows(result):
    """The records in the cache, stream by stream, without the columns that PyAirbyte adds."""
    found = {}
    for name, dataset in result.streams.items():
        records = [{k: v for k, v in dict(record).items() if not k.startswith("_airbyte")} for record in dataset]
        found[name] = sorted(records, key=lambda record: record["id"])
    return found


def main(executable, config_file, *steps):
    with open(config_file, encoding="utf-8") as file:
        config = json.load(file)
    source = airbyte.get_source("source-under-test", config=config, local_executable=executable)
    said = {"spec": sorted(source.config_spec["properties"]), "reads": []}
    source.check()
    said["streams"] = source.get_available_streams()
    source.select_all_streams()
    for _ in steps:
        result = source.read()
        said["reads"].append({"processed": result.processed_records, "rows": rows(result)})
    with open("said.json", "w", encoding="utf-8") as file:
        json.dump(said, file, default=str)


main(*sys.argv[1:])
