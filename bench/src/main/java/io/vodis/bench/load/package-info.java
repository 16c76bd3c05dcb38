/**
 * Benchmarks of whole processes: throughput, latency and CPU per request beside other proxies, and
 * the price of a migration. Run by {@code bench/run}.
 */
@NullMarked
package io.vodis.bench.load;

import org.jspecify.annotations.NullMarked;
