"""Usage: sizes.py MATINEE FOLDER [TITLES…]. What a whole training costs (trials on held-out profiles, then the model),
and a score with the best 100, by the number of titles, on invented profiles: two for each title. At 20,000 titles one
trial alone, with the λ that was best before."""

import os
import re
import subprocess
import sys

import films

SIZES = [1000, 4000, 10000, 20000]


def main(binary, folder, *sizes):
    print(f"{'titles':>8}{'events':>10}{'train CPU s':>14}{'memory MB':>12}{'score µs':>10}{'linear µs':>12}")
    for titles in map(int, sizes or SIZES):
        liked = films.invented(titles, profiles=2 * titles, seed=titles)
        tested = set(list(liked)[::20][:500])
        names = {name: f"{folder}/{name}.jsonl" for name in ("train", "fold-in", "truth")}
        fold_in = {profile: liked[profile][:-1] for profile in tested}
        films.write_events(names["train"], {p: t for p, t in liked.items() if p not in tested})
        films.write_events(names["fold-in"], fold_in)
        films.write_truth(names["truth"], fold_in, {profile: {liked[profile][-1][0]} for profile in tested})
        arguments = [argument for name, path in names.items() for argument in (f"--{name}", path)]
        printed = subprocess.run(
            [binary, "recommendations", "evaluate", *arguments, *(["--ridge", "200"] if titles >= 20000 else [])],
            check=True, capture_output=True, text=True, env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
        ).stdout
        events = re.search(r"^events (\d+)", printed, re.M)[1]
        cost = re.search(r"^model +training ([\d.]+) CPU s, memory ([\d.]+) MB; score (\d+) µs", printed, re.M)
        linear = re.search(r"^linear part +.*score (\d+) µs", printed, re.M)
        print(f"{titles:8}{events:>10}{cost[1]:>14}{cost[2]:>12}{cost[3]:>10}{linear[1] if linear else cost[3]:>12}", flush=True)


main(*sys.argv[1:])
