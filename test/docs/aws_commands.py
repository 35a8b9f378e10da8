"""
Runs the `aws` commands of the pages, a JSON list on standard input, on an AWS of moto's. Each block of a page has
one of its own, with what the pages speak of in it. A command is wrong when the AWS CLI refuses it, or moto.
"""

import contextlib
import io
import itertools
import json
import os
import pathlib
import sys
import tempfile
import zipfile

import awscli
import boto3
from awscli.clidriver import create_clidriver
from moto import mock_aws

# Of the AWS CLI 2, which is not on PyPI, alone; each with one value.
ONLY_IN_VERSION_2 = ("--cli-binary-format",)

# How moto says that it lacks a call.
NOT_IN_MOTO = ("has not been implemented", "Not yet implemented")

# What moto is right to answer.
ANSWERS = {
    "BucketNotEmpty": "the page says to empty it first, in the console",
    "BackupNotFoundException": "a backup has no name before it is made",
    "HeadObject operation: Bad Request": "nor has a version before it is written",
    "HeadObject operation: Not Found": "the same",
    "NoSuchVersion": "the same",
    "PreconditionFailed": "the page writes it where it is gone",
    "ResourceInUseException": "the page makes the table where there is none",
}

# What no version of the AWS CLI takes: were it taken, nothing here would prove anything.
WRONG = ["dynamodb", "update-table", "--table-name", "checkpoint", "--no-deletion-protected"]

POLICY = json.dumps({"Version": "2012-10-17", "Statement": []})


def make_lake():
    """What the pages speak of, under the names that commands-in-pages.ts fills in."""
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="lake-bucket", ObjectLockEnabledForBucket=True)
    for bucket in ("old-bucket", "results-bucket", "trail-bucket"):
        s3.create_bucket(Bucket=bucket)
    rule = {"ID": "landing", "Prefix": "landing/", "Status": "Enabled", "Expiration": {"Days": 400}}
    s3.put_bucket_lifecycle_configuration(Bucket="lake-bucket", LifecycleConfiguration={"Rules": [rule]})
    for bucket in ("lake-bucket", "old-bucket"):
        s3.put_object(Bucket=bucket, Key="landing/a-response.json.gz", Body=b"{}")
    s3.put_bucket_policy(Bucket="lake-bucket", Policy=POLICY)
    key = [("account_id", "HASH"), ("item", "RANGE")]
    boto3.client("dynamodb").create_table(
        TableName="checkpoint",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in key],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in key],
    )
    secret = "agent-activity-lake/acc-1/credentials"
    boto3.client("secretsmanager").create_secret(Name=secret, SecretString="{}")
    for queue in ("failed-runs", "undelivered-runs"):
        boto3.client("sqs").create_queue(QueueName=queue)
    boto3.client("sns").create_topic(Name="alarms")
    boto3.client("athena").create_work_group(Name="agent-activity-lake")
    boto3.client("cloudtrail").create_trail(Name="lake-writes", S3BucketName="trail-bucket")
    boto3.client("cloudformation").create_stack(
        StackName="agent-activity-lake",
        TemplateBody='{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}',
    )
    role = boto3.client("iam").create_role(RoleName="role", AssumeRolePolicyDocument=POLICY)["Role"]
    code = io.BytesIO()
    zipfile.ZipFile(code, "w").close()
    boto3.client("lambda").create_function(
        FunctionName="agent-activity-lake-acc-1",
        Runtime="nodejs22.x",
        Role=role["Arn"],
        Handler="index.handler",
        Code={"ZipFile": code.getvalue()},
    )


def run(words):
    """The exit code of a command, and what it said."""
    words = [os.devnull if word == "/dev/stdout" else word for word in words]
    for option in filter(words.__contains__, ONLY_IN_VERSION_2):
        at = words.index(option)
        del words[at : at + 2]
    sys.stdin = io.TextIOWrapper(io.BytesIO(b"{}"))
    out, err = io.TextIOWrapper(io.BytesIO()), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = create_clidriver().main(words)
        except SystemExit as ended:
            code = ended.code
    return code, " ".join(err.getvalue().split())


def judge(words):
    """How a command ended: `ran`; `parsed`, when it is well formed but moto has no such call; or what is wrong."""
    code, said = run(words)
    if code == 0:
        return "ran"
    # Of some calls moto says that it lacks them without a word.
    if code == 255 and (said == "" or any(words in said for words in NOT_IN_MOTO)):
        return "parsed"
    if any(answer in said for answer in ANSWERS):
        return "ran"
    return f"exit code {code}: {said[-300:]}"


def main(commands):
    print(f"aws-cli {awscli.__version__}; version 2 is not on PyPI")
    ended = {"ran": 0, "parsed": 0}
    lacking = set()
    wrong = 0
    with mock_aws(config={"lambda": {"use_docker": False}}):
        if judge(WRONG) in ended:
            print("✗ a command that is wrong was taken")
            return 1
    for (page, line), block in itertools.groupby(commands, lambda each: (each["page"], each["line"])):
        with mock_aws(config={"lambda": {"use_docker": False}}):
            make_lake()
            for command in block:
                words = command["words"]
                end = judge(words[1:])
                if end in ended:
                    ended[end] += 1
                    if end == "parsed":
                        lacking.add(" ".join(words[1:3]))
                else:
                    wrong += 1
                    print(f"✗ {page}:{line}: {' '.join(words)}\n  {end}")
    print(f"{ended['ran']} commands ran, {wrong} are wrong, {ended['parsed']} are well formed, and moto lacks their calls:")
    print(f"{', '.join(sorted(lacking))}")
    return 1 if wrong or not ended["ran"] else 0


if __name__ == "__main__":
    policy = pathlib.Path("docs/analyst-policy.json").read_text()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        pathlib.Path("config").write_text("[default]\nregion = us-east-1\n")
        pathlib.Path("credentials.json").write_text('{"clientId": "cs", "clientSecret": "x"}')
        pathlib.Path("policy.json").write_text(policy.replace("REGION:ACCOUNT", "us-east-1:123456789012"))
        for name in ("original.gz", "metadata.json", "without.json"):
            pathlib.Path(name).write_text(POLICY if name == "without.json" else "{}")
        pathlib.Path("schedule-example.csv").write_text("account_id\n")
        os.environ.update(AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="x", AWS_CONFIG_FILE="config")
        os.environ.update(AWS_DEFAULT_REGION="us-east-1", AWS_SHARED_CREDENTIALS_FILE=os.devnull)
        sys.exit(main(json.load(sys.stdin)))
