"""The recipe of triage-spark.md on a cluster of two workers on this machine; compares it with one process.

    pip install pyspark==3.5.3        # needs Java 17
    python docs/triage_spark.py gateway.jsonl target/release/casefile
"""
import os
import subprocess
import sys

from pyspark.sql import SparkSession


def main(log, casefile):
    casefile = os.path.abspath(casefile)
    session = SparkSession.builder.master("local-cluster[2,1,1024]").appName("triage").getOrCreate()
    lines = session.sparkContext.textFile(os.path.abspath(log), minPartitions=9)
    environment = {name: os.environ[name] for name in ("HOME", "PATH") if name in os.environ}
    parts = lines.pipe(f"{casefile} triage --partial --threads 1 -", env=environment, checkCode=True).collect()
    session.stop()

    merge = [casefile, "triage", "--merge", "--output", "json", "-"]
    joined = subprocess.run(merge, input="\n".join(parts).encode(), stdout=subprocess.PIPE, check=False).stdout
    alone = subprocess.run([casefile, "triage", "--output", "json", log], stdout=subprocess.PIPE, check=False).stdout
    print(f"{len(parts)} parts, {len(joined)} bytes: {'the same' if joined == alone else 'NOT THE SAME'} as one process")
    return 0 if joined == alone else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
