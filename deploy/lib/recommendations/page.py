"""Usage: page.py WHEEL FOLDER. Writes MovieLens 100K into FOLDER and nowhere else, as the page simulation reads it: its
titles, and five folds, in which every profile is tested once on a fifth of what it liked."""

import json
import sys

import films

SEED = 20


def write(path, lines):
    with open(path, "w", encoding="utf-8") as file:
        for line in lines:
            file.write(json.dumps(line) + "\n")


def events(liked):
    for profile, titles in liked.items():
        for title, time in titles:
            yield {"profile": profile, "title": title, "at": time}


def main(wheel, folder):
    write(f"{folder}/titles.jsonl", films.movielens_titles(wheel))
    for fold, (train, fold_in, relevant) in enumerate(films.folds(films.movielens(wheel), 5, SEED)):
        write(f"{folder}/train-{fold}.jsonl", events(train))
        write(f"{folder}/fold-in-{fold}.jsonl", events(fold_in))
        truth = ({"profile": profile, "relevant": sorted(titles)} for profile, titles in relevant.items())
        write(f"{folder}/truth-{fold}.jsonl", truth)


main(*sys.argv[1:])
