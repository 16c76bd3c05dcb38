// node-redis in cluster mode, RESP2 and RESP3: node node-redis-cluster.js HOST PORT
import assert from 'node:assert/strict';
import { createCluster } from 'redis';

const url = `redis://${process.argv[2]}:${process.argv[3]}`;

for (const RESP of [2, 3]) {
  const key = (name) => `node:c${RESP}:${name}`;
  const tagged = (name) => `{node:c${RESP}}${name}`;
  const cluster = createCluster({ rootNodes: [{ url }], RESP });
  await cluster.connect();
  assert.equal(cluster.masters.length, 2);

  await Promise.all(Array.from({ length: 200 }, (_, i) => cluster.set(key(i), `${i}`)));
  for (let i = 0; i < 200; i++) assert.equal(await cluster.get(key(i)), `${i}`);
  assert.deepEqual(await cluster.mGet([tagged('a'), tagged('b')]), [null, null]);
  await cluster.hSet(key('h'), { a: '1', b: '2' });
  assert.deepEqual({ ...(await cluster.hGetAll(key('h'))) }, { a: '1', b: '2' });
  assert.deepEqual(await cluster.multi().set(tagged('tx'), '1').incr(tagged('tx')).exec(), ['OK', 2]);

  const raise = { script: "return redis.call('INCRBY', KEYS[1], ARGV[1])" };
  assert.equal(await cluster.eval(raise.script, { keys: [key(`n${process.pid}`)], arguments: ['7'] }), 7);

  // Every node serves all keys, so each shows all of them.
  for (const master of cluster.masters) {
    const client = await cluster.nodeClient(master);
    const found = new Set();
    for await (const keys of client.scanIterator({ MATCH: key('*'), COUNT: 50 })) {
      for (const one of [keys].flat()) found.add(one);
    }
    assert.ok(found.size >= 200);
  }

  const heard = new Promise((resolve) => cluster.subscribe(key('news'), resolve));
  let receivers = 0;
  while (receivers === 0) receivers = await cluster.publish(key('news'), 'hello');
  assert.equal(await heard, 'hello');

  cluster.destroy();
}
console.log('node-redis-cluster: all went well');
process.exit(0);
