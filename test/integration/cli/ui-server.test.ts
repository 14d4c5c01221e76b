import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import type { LoopbackServer } from '../../../src/cli/serving/loopback-server.ts';
import { RunsFolder } from '../../../src/cli/serving/runs-folder.ts';
import { startUiServer } from '../../../src/cli/serving/ui-server.ts';
import { temporaryFolder } from '../../helpers/cli.ts';
import { storeRun } from '../../helpers/stored-runs.ts';

interface Reply {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly text: string;
}

describe('The server of toolrig ui', () => {
  const path = join(temporaryFolder('ui'), 'runs');
  const [first, second] = [storeRun(path, 20), storeRun(path, 21)];
  writeFileSync(join(path, first, 'secret.txt'), 'secret');
  writeFileSync(join(dirname(path), 'run.json'), '{"secret":1}');
  let folder: RunsFolder;
  let server: LoopbackServer;
  before(async () => {
    folder = new RunsFolder(path);
    server = await startUiServer(folder, 0);
  });
  after(async () => {
    folder.close();
    await server.close();
  });

  const ask = (target: string, method = 'GET', host?: string) =>
    new Promise<Reply>((resolve, reject) => {
      const headers = host === undefined ? {} : { host };
      const options = {
        host: '127.0.0.1',
        port: server.port,
        path: target,
        method,
        headers,
        agent: false,
      };
      const sent = request(options, (response) => {
        const type = response.headers['content-type'];
        readAll(response).then(
          (text) => resolve({ status: response.statusCode, type, text }),
          reject,
        );
      });
      sent.once('error', reject);
      sent.end();
    });

  test('lists the runs, the newest first, and gives the page of each', async () => {
    const { status, text } = await ask('/');
    assert.equal(status, 200);
    assert.ok(text.indexOf(second) < text.indexOf(first));
    const page = await ask(`/runs/${first}`);
    assert.deepEqual([page.status, page.type], [200, 'text/html; charset=utf-8']);
    assert.match(page.text, /<h1>calculator-batch, payload-sweep<\/h1>/);
    const file = await ask(`/runs/${first}/report.md`);
    assert.deepEqual(
      [file.status, file.type, file.text],
      [200, 'text/plain; charset=utf-8', `# Run ${first}\n`],
    );
  });

  test('compares any two runs, and shows the trend of several', async () => {
    const compared = await ask(`/compare?base=${first}&candidate=${second}`);
    assert.equal(compared.status, 200);
    assert.match(compared.text, new RegExp(`<h1>${second} against ${first}</h1>`));
    const [chosen, newest] = await Promise.all([
      ask(`/trend?run=${first}&run=${second}`),
      ask('/trend'),
    ]);
    assert.match(chosen.text, /<h1>Trend of 2 runs, 2026-11-20 to 2026-11-21<\/h1>/);
    assert.equal(newest.text, chosen.text);
    assert.equal((await ask('/compare')).status, 400);
    assert.equal((await ask(`/trend?run=${first}`)).status, 400);
  });

  test('changes nothing, and takes no other method', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      assert.equal((await ask('/', method)).status, 405, method);
    }
    const head = await ask('/', 'HEAD');
    assert.deepEqual([head.status, head.text], [200, '']);
  });

  test('answers no page that has let its own name resolve to this machine', async () => {
    for (const host of ['evil.example', 'evil.example:80', '127.0.0.1.evil.example']) {
      assert.equal((await ask('/', 'GET', host)).status, 403, host);
    }
    assert.equal((await ask('/', 'GET', `localhost:${server.port}`)).status, 200);
  });

  test('gives nothing but what it lists', async () => {
    const up = [
      '..',
      '%2e%2e',
      '..%2f..',
      '%2e%2e%2f',
      '....//',
      '%00',
      '%ff',
      `${first}%2f..%2f${second}`,
    ];
    const targets = [
      ...up.flatMap((part) => [
        `/runs/${part}`,
        `/runs/${part}/run.json`,
        `/runs/${first}/${part}`,
      ]),
      `/runs/${first}/secret.txt`,
      '/runs/constructor',
      '/etc/passwd',
      `/compare?base=..&candidate=${first}`,
      `/trend?run=../runs&run=${first}`,
    ];
    for (const target of targets) {
      const { status, text } = await ask(target);
      // Dots are resolved before anything is looked up, so that /runs/.. is the first page.
      if (status === 200) assert.match(text, /<h1>Runs<\/h1>/, target);
      else assert.equal(status, 404, target);
      assert.doesNotMatch(text, /secret":|^secret|root:/m, target);
    }
  });

  test('answers targets that are no addresses', async () => {
    for (const target of ['//', '*', 'http://[', '/runs//../..//']) {
      const answered = await new Promise<string>((resolve, reject) => {
        const socket = connect(server.port, '127.0.0.1', () => {
          socket.end(`GET ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`);
        });
        readAll(socket).then(resolve, reject);
      });
      assert.match(answered, /^HTTP\/1\.1 (?:404|400|200) /, target);
    }
  });

  test('says when there is something new', async () => {
    const version = /data-version="(\w+)"/.exec((await ask('/')).text)?.[1] ?? '';
    const answered = ask(`/changes?version=${version}`);
    const third = storeRun(path, 22);
    const { status, text } = await answered;
    const changed = JSON.parse(text) as { version: string; html: string };
    assert.equal(status, 200);
    assert.notEqual(changed.version, version);
    assert.ok(changed.html.includes(third));
  });
});
