"""Ratings of films by people, and made-up ones, as files of viewing events; and how good recommendations for them are."""

import itertools
import json
import math
import random
import zipfile
from datetime import datetime, timezone

RUNTIME_SECONDS = 5400


def movielens(wheel):
    """{profile: [(title, time)]} of ratings of 4 and 5, out of the wheel of recbole."""
    liked = {}
    with zipfile.ZipFile(wheel) as archive:
        lines = archive.read("recbole/dataset_example/ml-100k/ml-100k.inter").decode().splitlines()
    for line in lines[1:]:
        profile, title, rating, time = line.split("\t")
        if float(rating) >= 4:
            liked.setdefault(profile, []).append((title, float(time)))
    return {profile: titles for profile, titles in sorted(liked.items()) if len(titles) >= 5}


def movielens_titles(wheel):
    """The same films with what is known of each; a film of no known genre has none."""
    with zipfile.ZipFile(wheel) as archive:
        lines = archive.read("recbole/dataset_example/ml-100k/ml-100k.item").decode().splitlines()
    for line in lines[1:]:
        title, _, year, genres = line.split("\t")
        genres = [genre for genre in genres.split() if genre != "unknown"]
        yield {"title": title, "year": int(year) if year.isdigit() else 1900, "genres": genres}


def invented(titles, profiles, seed):
    """Profiles with a taste for a few of fifty kinds of titles, some titles far more popular than others."""
    chance = random.Random(seed)
    kinds = [list(range(kind, titles, 50)) for kind in range(50)]
    weights = [list(itertools.accumulate(1 / (place + 3) ** 0.8 for place in range(len(kind)))) for kind in kinds]
    liked = {}
    for profile in range(profiles):
        taste = [chance.randrange(50) for _ in range(3)]
        seen = set()
        for _ in range(chance.randrange(10, 90)):
            kind = chance.choice(taste) if chance.random() < 0.8 else chance.randrange(50)
            seen.add(chance.choices(kinds[kind], cum_weights=weights[kind])[0])
        liked[f"u{profile}"] = [(f"t{title}", 1e9 + place) for place, title in enumerate(sorted(seen))]
    return liked


def folds(liked, count, seed):
    """`count` times (train, fold_in, relevant): every profile is tested once, four fifths of its titles folded in."""
    chance = random.Random(seed)
    profiles = list(liked)
    chance.shuffle(profiles)
    for fold in range(count):
        tested = profiles[fold::count]
        left_out = set(tested)
        train = {profile: titles for profile, titles in liked.items() if profile not in left_out}
        fold_in, relevant = {}, {}
        for profile in tested:
            titles = list(liked[profile])
            chance.shuffle(titles)
            found = max(1, len(titles) // 5)
            relevant[profile] = {title for title, _ in titles[:found]}
            fold_in[profile] = titles[found:]
        yield train, fold_in, relevant


def write_events(path, liked):
    with open(path, "w", encoding="utf-8") as file:
        for profile, titles in liked.items():
            for title, time in titles:
                at = datetime.fromtimestamp(time, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
                event = {"profile": profile, "title": title, "watchedSeconds": RUNTIME_SECONDS}
                file.write(json.dumps(event | {"runtimeSeconds": RUNTIME_SECONDS, "at": at}) + "\n")


def write_truth(path, fold_in, relevant):
    with open(path, "w", encoding="utf-8") as file:
        for profile, titles in relevant.items():
            seen = [title for title, _ in fold_in[profile]]
            file.write(json.dumps({"profile": profile, "seen": seen, "relevant": sorted(titles)}) + "\n")


def recall(ranked, relevant, cutoff):
    return sum(title in relevant for title in ranked[:cutoff]) / min(cutoff, len(relevant))


def ndcg(ranked, relevant, cutoff):
    gain = sum(1 / math.log2(place + 2) for place, title in enumerate(ranked[:cutoff]) if title in relevant)
    return gain / sum(1 / math.log2(place + 2) for place in range(min(cutoff, len(relevant))))


METRICS = {
    "Recall@20": lambda ranked, relevant: recall(ranked, relevant, 20),
    "Recall@50": lambda ranked, relevant: recall(ranked, relevant, 50),
    "NDCG@10": lambda ranked, relevant: ndcg(ranked, relevant, 10),
    "NDCG@100": lambda ranked, relevant: ndcg(ranked, relevant, 100),
}


def interval(values, draws=1000, seed=1):
    """The mean, and where it lies in 95 of 100 draws of other profiles."""
    chance = random.Random(seed)
    means = sorted(sum(chance.choices(values, k=len(values))) / len(values) for _ in range(draws))
    return sum(values) / len(values), means[int(draws * 0.025)], means[int(draws * 0.975)]
