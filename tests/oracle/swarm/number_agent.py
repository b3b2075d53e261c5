"""An agent's program: answers with its number, and likes larger ones."""

import json
import sys

question = json.load(sys.stdin)
if "answers" in question:
    marks = [int(answer) if answer.isdigit() else -1 for answer in question["answers"]]
    print(json.dumps({"marks": marks}))
else:
    print(json.dumps({"answer": sys.argv[1]}))
