"""Usage: quality.py MATINEE WHEEL FOLDER. Compares the model with the library `implicit` on MovieLens 100K, in one run:
five folds, every profile tested once on a fifth of what it liked. Data is written into FOLDER and nowhere else."""

import json
import re
import subprocess
import sys
import time
import warnings

import films
import numpy
import scipy.sparse
from implicit.als import AlternatingLeastSquares
from implicit.nearest_neighbours import BM25Recommender, CosineRecommender

# Its own nearest neighbours convert a matrix and warn of it.
warnings.filterwarnings("ignore", message="Method expects CSR input")

TITLES = 100
SEED = 20


class Matrix:
    """What implicit works on."""

    def __init__(self, train):
        self.titles = sorted({title for titles in train.values() for title, _ in titles})
        self.index = {title: place for place, title in enumerate(self.titles)}
        self.train = self.rows(train)

    def rows(self, liked):
        entries = [
            (row, self.index[title])
            for row, titles in enumerate(liked.values())
            for title, _ in titles
            if title in self.index
        ]
        rows, columns = zip(*entries)
        ones = numpy.ones(len(entries), dtype=numpy.float32)
        return scipy.sparse.csr_matrix((ones, (rows, columns)), shape=(len(liked), len(self.titles)))


def recommended(model, matrix, fold_in, **options):
    """{profile: titles}, best first."""
    rows = matrix.rows(fold_in)
    places, scores = model.recommend(
        numpy.arange(rows.shape[0]), rows, N=TITLES, filter_already_liked_items=True, **options
    )
    return {
        profile: [matrix.titles[place] for place, score in zip(line, line_scores) if score > -1e30]
        for profile, line, line_scores in zip(fold_in, places, scores)
    }


def als(matrix, factors=64, regularization=0.1, alpha=5.0):
    model = AlternatingLeastSquares(
        factors=factors, regularization=regularization, alpha=alpha, iterations=15, random_state=1, num_threads=1
    )
    model.fit(matrix.train, show_progress=False)
    return model


def tuned(train):
    """The regularization and alpha that do best on a fold of the training profiles."""
    inner, fold_in, relevant = next(films.folds(train, 5, SEED + 1))
    matrix = Matrix(inner)
    best = (-1.0, {})
    for regularization in (0.1, 1.0, 5.0, 20.0, 50.0):
        for alpha in (1.0, 3.0, 10.0, 30.0):
            options = {"regularization": regularization, "alpha": alpha}
            lists = recommended(als(matrix, **options), matrix, fold_in, recalculate_user=True)
            score = sum(films.ndcg(lists[p], relevant[p], 100) for p in relevant) / len(relevant)
            best = max(best, (score, options), key=lambda pair: pair[0])
    return best[1]


def of_implicit(train, fold_in, options):
    """(name, CPU seconds of training, {profile: titles}) of each of the library's models."""
    matrix = Matrix(train)

    def measured(name, make, **recommend):
        begun = time.process_time()
        model = make()
        return name, time.process_time() - begun, recommended(model, matrix, fold_in, **recommend)

    def fitted(model):
        model.fit(matrix.train, show_progress=False)
        return model

    yield measured("implicit BM25", lambda: fitted(BM25Recommender(K=100, num_threads=1)))
    yield measured("implicit cosine", lambda: fitted(CosineRecommender(K=100, num_threads=1)))
    yield measured("implicit ALS 64", lambda: als(matrix, **options), recalculate_user=True)


def of_matinee(binary, folder, train, fold_in, relevant):
    """What the command prints, and its titles."""
    files = {name: f"{folder}/{name}.jsonl" for name in ("train", "fold-in", "truth", "recommendations")}
    films.write_events(files["train"], train)
    films.write_events(files["fold-in"], fold_in)
    films.write_truth(files["truth"], fold_in, relevant)
    arguments = [argument for name, path in files.items() for argument in (f"--{name}", path)]
    printed = subprocess.run(
        [binary, "recommendations", "evaluate", *arguments], check=True, capture_output=True, text=True
    ).stdout
    with open(files["recommendations"], encoding="utf-8") as file:
        lists = {line["profile"]: line["titles"] for line in map(json.loads, file)}
    return printed, lists


def main(binary, wheel, folder):
    liked = films.movielens(wheel)
    results, seconds, printed, options = {}, {}, "", None

    def note(name, lists, relevant):
        for profile, titles in relevant.items():
            for metric, of in films.METRICS.items():
                results.setdefault(name, {}).setdefault(metric, {})[profile] = of(lists[profile], titles)

    for train, fold_in, relevant in films.folds(liked, 5, SEED):
        options = options or tuned(train)
        for name, cost, lists in of_implicit(train, fold_in, options):
            seconds[name] = seconds.get(name, 0) + cost
            note(name, lists, relevant)
        printed, lists = of_matinee(binary, folder, train, fold_in, relevant)
        note("matinee", lists, relevant)
        cost = float(re.search(r"^model +training ([\d.]+) CPU s", printed, re.M)[1])
        seconds["matinee"] = seconds.get("matinee", 0) + cost

    count = len(liked)
    print(f"MovieLens 100K, ratings of 4 and 5: {count} profiles, five folds; implicit ALS tuned to {options}")
    print(f"{'':16}" + "".join(f"{metric:>26}" for metric in films.METRICS) + "   train CPU s")
    for name, metrics in results.items():
        cells = ["{:.4f} [{:.4f}, {:.4f}]".format(*films.interval(list(v.values()))) for v in metrics.values()]
        print(f"{name:16}" + "".join(f"{cell:>26}" for cell in cells) + f"{seconds[name] / 5:14.2f}")
    ours, theirs = results["matinee"]["NDCG@100"], results["implicit ALS 64"]["NDCG@100"]
    lead = films.interval([ours[profile] - theirs[profile] for profile in ours])
    print("matinee over implicit ALS, NDCG@100 of the same profiles: {:+.4f} [{:+.4f}, {:+.4f}]".format(*lead))
    print("\nThe last fold, as `matinee recommendations evaluate` tells it:\n" + printed)


main(*sys.argv[1:])
