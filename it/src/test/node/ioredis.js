// ioredis as it comes: node ioredis.js HOST PORT
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Redis } from 'ioredis';

const [host, port] = [process.argv[2], Number(process.argv[3])];
const redis = new Redis(port, host);
const other = new Redis(port, host);

await redis.set('node:i:s', '1');
assert.equal(await redis.incrby('node:i:s', 41), 42);
assert.deepEqual(await redis.mget('node:i:s', 'node:i:none'), ['42', null]);
await redis.hset('node:i:h', { a: '1', b: '2' });
assert.deepEqual(await redis.hgetall('node:i:h'), { a: '1', b: '2' });

const piped = redis.pipeline();
for (let i = 0; i < 500; i++) piped.set(`node:i:many:${i}`, i).get(`node:i:many:${i}`);
const replies = await piped.exec();
assert.equal(replies.length, 1000);
assert.deepEqual(replies[999], [null, '499']);

assert.deepEqual(await redis.multi().set('node:i:tx', '1').incr('node:i:tx').exec(),
  [[null, 'OK'], [null, 2]]);
await other.watch('node:i:tx');
await redis.set('node:i:tx', 'other');
assert.equal(await other.multi().set('node:i:tx', 'mine').exec(), null);

const blocked = other.blpop('node:i:list', 20);
await redis.rpush('node:i:list', 'a');
assert.deepEqual(await blocked, ['node:i:list', 'a']);

redis.defineCommand('raise', { numberOfKeys: 1, lua: "return redis.call('INCRBY', KEYS[1], ARGV[1])" });
for (let i = 0; i < 20; i++) assert.equal(await redis.raise(`node:i:script:${process.pid}:${i}`, 7), 7);

const found = new Set();
for await (const keys of redis.scanStream({ match: 'node:i:many:*', count: 50 })) keys.forEach((k) => found.add(k));
assert.equal(found.size, 500);

const subscriber = new Redis(port, host);
const heard = once(subscriber, 'message');
assert.equal(await subscriber.subscribe('node:i:news'), 1);
assert.equal(await redis.publish('node:i:news', 'hello'), 1);
assert.deepEqual(await heard, ['node:i:news', 'hello']);

const monitor = await redis.duplicate().monitor();
const seen = new Promise((resolve) => monitor.on('monitor', (time, args) => args[1] === 'node:i:seen' && resolve(args)));
await other.get('node:i:seen');
assert.deepEqual(await seen, ['get', 'node:i:seen']);

await assert.rejects(redis.call('nosuch', 'a'), /unknown command/);
for (const client of [redis, other, subscriber, monitor]) client.disconnect();
console.log('ioredis: all went well');
process.exit(0);
