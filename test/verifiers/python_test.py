"""The Python verifier against tables of vectors: python_test.py <table> ... Started by test/verifiers/run.ts."""

import asyncio
import base64
import http.server
import json
import sys
import threading
import unittest

import app as example
from verify_gatehouse import Refused, Verifier, in_memory

TABLES = []
for file in sys.argv[1:]:
    with open(file, encoding="utf-8") as opened:
        TABLES.append(json.load(opened))


def result_of(verifier, step):
    """What a backend answers to a step."""
    body = {"body_later": True} if step["body"] is None else {"body": base64.b64decode(step["body"])}
    try:
        claims = verifier.verify(step["assertion"], step["method"], step["path"], step["query"], **body)
    except Refused as refused:
        return refused.code if refused.status == 401 else f"{refused.code} with {refused.status}"
    payload = step["assertion"].split(".")[1]
    signed = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return "accepted" if claims == signed else "accepted with other claims"


class Vectors(unittest.TestCase):
    def test_every_vector_ends_as_its_table_says(self):
        for number, table in enumerate(TABLES):
            for vector in table["vectors"]:
                with self.subTest(table=number, vector=vector["name"]):
                    self.check(table, vector["steps"])

    def check(self, table, steps):
        time = {}
        verifier = Verifier(
            table["issuer"], table["audience"], now=lambda: time["at"], fetch_keys=lambda _issuer: table["jwks"]["keys"]
        )
        results = []
        for step in steps:
            time["at"] = step["at"]
            results.append(result_of(verifier, step))
        self.assertEqual(results, [step["expect"] for step in steps])


def named(name):
    return next(vector for vector in TABLES[0]["vectors"] if vector["name"] == name)["steps"][0]


class World(unittest.TestCase):
    """A backend whose time and whose gateway the test owns."""

    def setUp(self):
        self.step, self.next_step = named("a request with a query and a JSON body"), named("the next key")
        self.now, self.asked, self.down = self.step["at"], 0, False
        self.keys = [TABLES[0]["jwks"]["keys"][0]]

    def fetch(self, _issuer):
        self.asked += 1
        if self.down:
            raise OSError("down")
        return self.keys

    def create(self, **more):
        return Verifier(TABLES[0]["issuer"], TABLES[0]["audience"], now=lambda: self.now, fetch_keys=self.fetch, **more)


class Keys(World):
    def test_are_asked_for_once_in_ten_minutes(self):
        verifier = self.create(first_use=lambda _jti, _exp: True)
        for _ in range(3):
            self.assertEqual(result_of(verifier, self.step), "accepted")
        first = self.asked
        self.now += 601
        self.assertEqual((first, result_of(verifier, self.step), self.asked), (1, "time", 2))

    def test_that_are_not_known_are_looked_for_once_in_thirty_seconds(self):
        verifier = self.create()
        result_of(verifier, self.step)
        self.now += 31
        unknown = [result_of(verifier, self.next_step) for _ in range(3)]
        asked = self.asked
        self.keys = TABLES[0]["jwks"]["keys"]
        self.now += 31
        found = result_of(verifier, self.next_step)
        self.assertEqual((unknown, asked, found), (["unknown_key"] * 3, 2, "accepted"))

    def test_that_nobody_can_tell_are_no_reason_to_sign_in_again(self):
        self.down = True
        verifier = self.create()
        answers = [result_of(verifier, self.step), result_of(verifier, self.step)]
        asked = self.asked
        self.down = False
        self.now += 3
        self.assertEqual(
            (answers, asked, result_of(verifier, self.step)), (["keys_unavailable with 503"] * 2, 1, "accepted")
        )

    def test_once_known_are_good_for_a_day_without_the_gateway(self):
        verifier = self.create()
        self.assertEqual(result_of(verifier, self.step), "accepted")
        self.down = True
        self.now += 86399
        within = result_of(verifier, self.step)
        self.now += 1
        self.assertEqual((within, result_of(verifier, self.step)), ("time", "keys_unavailable with 503"))


class UsedIds(World):
    def test_one_of_many_threads_may_use_an_id(self):
        verifier, results = self.create(), []
        threads = [threading.Thread(target=lambda: results.append(result_of(verifier, self.step))) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(results), ["accepted"] + ["replayed"] * 19)

    def test_are_forgotten_when_nobody_could_accept_them_any_more(self):
        first_use = in_memory(lambda: self.now)
        for self.now in range(1000):
            first_use(f"id {self.now}", self.now + 60)
        used = next(cell.cell_contents for cell in first_use.__closure__ if isinstance(cell.cell_contents, dict))
        self.assertEqual((first_use("id 999", 1059), first_use("id 936", 996), len(used) < 70), (False, False, True))


class Example(World):
    def ask(self, body):
        step, sent = self.step, []

        async def receive():
            return {"body": body, "more_body": False}

        async def send(message):
            sent.append(message.get("status") or message["body"])

        scope = {
            "method": step["method"],
            "raw_path": step["path"].encode(),
            "query_string": step["query"].encode(),
            "headers": [(b"authorization", b"Bearer " + step["assertion"].encode())],
        }
        asyncio.run(example.app(scope, receive, send))
        return sent

    def test_of_the_page_answers_to_the_user_once_and_to_no_other_request(self):
        example.verifier = self.create()
        body = base64.b64decode(self.step["body"])
        self.assertEqual(
            [self.ask(b"{}"), self.ask(body), self.ask(body)],
            [[401, b""], [200, b"usr_01K9Z6V3M4Q8T2X7B5N1C0D9EF"], [401, b""]],
        )


class Http(World):
    def serve(self, answer):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                status, headers, body = answer(self.path)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        issuer = f"http://127.0.0.1:{server.server_port}"
        return result_of(Verifier(issuer, TABLES[0]["audience"], now=lambda: self.now), self.step)

    def test_the_keys_come_from_the_well_known_path_of_the_issuer(self):
        paths = []

        def answer(path):
            paths.append(path)
            return 200, {}, json.dumps({"keys": self.keys}).encode()

        # The signature is good by the key that came; the issuer of the assertion is another one.
        self.assertEqual((self.serve(answer), paths), ("issuer", ["/.well-known/jwks.json"]))

    def test_anything_else_is_no_answer(self):
        for name, answer in {
            "a redirect": (302, {"location": "/elsewhere"}, b""),
            "an error": (503, {}, b'{"error":"no"}'),
            "no JSON": (200, {}, b"<html>"),
            "no set of keys": (200, {}, b'{"keys":{}}'),
            "keys that are none": (200, {}, b'{"keys":[1]}'),
        }.items():
            with self.subTest(name):
                self.assertEqual(self.serve(lambda _path, given=answer: given), "keys_unavailable with 503")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
