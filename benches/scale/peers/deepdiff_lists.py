"""deepdiff over two folders of lists, each object by its kind, namespace and name."""
import json
import sys
from pathlib import Path

try:
    from deepdiff import DeepDiff
except ImportError:
    sys.exit(127)


def read(folder):
    everything = {}
    for file in sorted(Path(folder).glob("*.json")):
        for o in json.loads(file.read_bytes()).get("items", []):
            everything[f"{file.name}/{o['metadata'].get('namespace', '')}/{o['metadata']['name']}"] = o
    return everything


print(sum(len(part) for part in DeepDiff(read(sys.argv[1]), read(sys.argv[2])).values()))
