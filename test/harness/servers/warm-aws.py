"""The aws command, loaded once: each call is a fork of this process instead of seconds of imports.

    warm-aws.py serve SOCKET      answers calls until it is ended
    warm-aws.py call SOCKET ...   one call: the same arguments, environment, folder and streams as aws would get
"""

import array
import json
import os
import signal
import socket
import sys
import traceback

LENGTH_BYTES = 8
STREAMS = 3
# Their descriptions are large, and the tests call them often.
WARM_SERVICES = ("ec2", "iam", "sts")


def receive_exactly(connection, size_bytes):
    parts = b""
    while len(parts) < size_bytes:
        part = connection.recv(size_bytes - len(parts))
        if not part:
            raise EOFError("the caller went away")
        parts += part
    return parts


def call(address, arguments):
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(address)
    body = json.dumps({"arguments": arguments, "environment": dict(os.environ), "folder": os.getcwd()}).encode()
    streams = array.array("i", [0, 1, 2]).tobytes()
    connection.sendmsg(
        [len(body).to_bytes(LENGTH_BYTES, "big")], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, streams)]
    )
    connection.sendall(body)
    return receive_exactly(connection, 1)[0]


def carry_out(connection, driver, data_path):
    streams = array.array("i")
    length, ancillary, _, _ = connection.recvmsg(LENGTH_BYTES, socket.CMSG_SPACE(STREAMS * streams.itemsize))
    for _, _, data in ancillary:
        streams.frombytes(data)
    asked = json.loads(receive_exactly(connection, int.from_bytes(length, "big")))
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.environ.clear()
    os.environ.update(asked["environment"], AWS_DATA_PATH=data_path)
    os.chdir(asked["folder"])
    sys.argv = ["aws", *asked["arguments"]]
    # Opened anew on the caller's streams.
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")
    try:
        status = driver.main(asked["arguments"])
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else 1
    sys.stdout.flush()
    sys.stderr.flush()
    connection.sendall(bytes([status & 255]))


def serve(address):
    import awscli.clidriver

    # awscli tells botocore of its own data by this, when it is imported.
    data_path = os.environ["AWS_DATA_PATH"]
    driver = awscli.clidriver.create_clidriver()
    loader = driver.session.get_component("data_loader")
    for service in WARM_SERVICES:
        for kind in ("service-2", "endpoint-rule-set-1"):
            loader.load_service_model(service, kind)
    # The first call loads what every call needs; nothing but the server of the test is asked.
    quiet = os.open(os.devnull, os.O_WRONLY)
    spoken = os.dup(1)
    os.dup2(quiet, 1)
    driver.main(["sts", "get-caller-identity"])
    os.dup2(spoken, 1)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen(64)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            try:
                carry_out(connection, driver, data_path)
            except BaseException:
                traceback.print_exc()
                sys.stderr.flush()
            # Nothing of the parent's is run at its end.
            os._exit(0)
        connection.close()


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(sys.argv[2])
    else:
        sys.exit(call(sys.argv[2], sys.argv[3:]))
