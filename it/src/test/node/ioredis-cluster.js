// ioredis in cluster mode as it comes: node ioredis-cluster.js HOST PORT
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Cluster } from 'ioredis';

const cluster = new Cluster([{ host: process.argv[2], port: Number(process.argv[3]) }]);
await once(cluster, 'ready');
assert.equal(cluster.nodes('master').length, 2);

for (let i = 0; i < 200; i++) assert.equal(await cluster.set(`node:ic:${i}`, i), 'OK');
for (let i = 0; i < 200; i++) assert.equal(await cluster.get(`node:ic:${i}`), `${i}`);
assert.deepEqual(await cluster.mget('{node:ic}a', '{node:ic}b'), [null, null]);

const piped = cluster.pipeline();
for (let i = 0; i < 100; i++) piped.set(`{node:ic}p${i}`, i).get(`{node:ic}p${i}`);
assert.deepEqual((await piped.exec())[199], [null, '99']);
assert.deepEqual(await cluster.multi().set('{node:ic}tx', '1').incr('{node:ic}tx').exec(), [[null, 'OK'], [null, 2]]);

cluster.defineCommand('raise', { numberOfKeys: 1, lua: "return redis.call('INCRBY', KEYS[1], ARGV[1])" });
for (let i = 0; i < 20; i++) assert.equal(await cluster.raise(`node:ic:script:${process.pid}:${i}`, 7), 7);

const popper = cluster.duplicate();
const popped = popper.blpop('node:ic:list', 20);
await cluster.rpush('node:ic:list', 'a');
assert.deepEqual(await popped, ['node:ic:list', 'a']);

// Every node serves all keys, so each shows all of them.
for (const node of cluster.nodes('master')) {
  const found = new Set();
  for await (const keys of node.scanStream({ match: '{node:ic}p*', count: 50 })) keys.forEach((k) => found.add(k));
  assert.equal(found.size, 100);
}

const subscriber = cluster.duplicate();
const heard = once(subscriber, 'message');
assert.equal(await subscriber.subscribe('node:ic:news'), 1);
assert.equal(await cluster.publish('node:ic:news', 'hello'), 1);
assert.deepEqual(await heard, ['node:ic:news', 'hello']);

for (const client of [cluster, popper, subscriber]) client.disconnect();
console.log('ioredis-cluster: all went well');
process.exit(0);
