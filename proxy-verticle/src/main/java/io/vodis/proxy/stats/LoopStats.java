package io.vodis.proxy.stats;

import io.netty.buffer.ByteBuf;
import io.vodis.metric.LatencyBuckets;
import io.vodis.proxy.command.CommandSpec;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Counters of the sessions of one loop: plain fields, written and read by their own loop only. */
public final class LoopStats {

  private long[] calls;
  private long[] errors;
  private long[] nanos;
  private long[] buckets;
  private long[] rejected;
  private final ErrorStats errorReplies = new ErrorStats();

  /** Answers that took so long may be worth an entry in COMMANDLOG. */
  public long lookFromNanos = Long.MAX_VALUE;

  private LoopRates rates = LoopRates.NONE;
  private long sampledCalls;
  private long sampledBytesIn;
  private long sampledBytesOut;
  public long sessionsTotal;
  long sessionsRejected;
  public long sessionsClosedByLimit;
  public long protocolErrors;
  public long unknownCommands;
  public long bytesIn;
  public long bytesOut;
  public long pipelineStops;
  public long outputStops;
  public long largeRequests;
  public long transactions;
  public long watchesBroken;
  public long blocked;
  public long blockedCarriedOver;

  /** Counters for that many commands. */
  public LoopStats(int commandCount) {
    calls = new long[commandCount];
    errors = new long[commandCount];
    nanos = new long[commandCount];
    buckets = new long[commandCount * LatencyBuckets.COUNT];
    rejected = new long[commandCount];
  }

  /** Makes room for that many commands; what has been counted stays. */
  public void growTo(int commandCount) {
    if (commandCount > calls.length) {
      calls = Arrays.copyOf(calls, commandCount);
      errors = Arrays.copyOf(errors, commandCount);
      nanos = Arrays.copyOf(nanos, commandCount);
      buckets = Arrays.copyOf(buckets, commandCount * LatencyBuckets.COUNT);
      rejected = Arrays.copyOf(rejected, commandCount);
    }
  }

  public void answered(int commandId, long latencyNanos, boolean error) {
    calls[commandId]++;
    nanos[commandId] += latencyNanos;
    buckets[commandId * LatencyBuckets.COUNT + LatencyBuckets.indexOf(latencyNanos)]++;
    if (error) {
      errors[commandId]++;
    }
  }

  /** An error that was answered before the command was carried out. */
  public void countRejected(int commandId) {
    rejected[commandId]++;
  }

  /** The error replies, by their code. */
  public ErrorStats errorReplies() {
    return errorReplies;
  }

  /** Calls refused before they were carried out; {@link #calls} are without them. */
  public long rejected(int commandId) {
    return rejected[commandId];
  }

  /** To be called every second: what was done since the last call are the rates. */
  public void sampleRates() {
    long calls = callsTotal();
    rates =
        new LoopRates(
            Math.max(0, calls - sampledCalls),
            Math.max(0, bytesIn - sampledBytesIn),
            Math.max(0, bytesOut - sampledBytesOut));
    sampledCalls = calls;
    sampledBytesIn = bytesIn;
    sampledBytesOut = bytesOut;
  }

  public LoopRates rates() {
    return rates;
  }

  /** Sets all figures to zero. */
  public void reset() {
    Arrays.fill(calls, 0);
    Arrays.fill(errors, 0);
    Arrays.fill(nanos, 0);
    Arrays.fill(buckets, 0);
    Arrays.fill(rejected, 0);
    errorReplies.clear();
    sessionsTotal = 0;
    sessionsRejected = 0;
    sessionsClosedByLimit = 0;
    protocolErrors = 0;
    unknownCommands = 0;
    bytesIn = 0;
    bytesOut = 0;
    pipelineStops = 0;
    outputStops = 0;
    largeRequests = 0;
    sampledCalls = 0;
    sampledBytesIn = 0;
    sampledBytesOut = 0;
  }

  /** A reply of the proxy's own, at once. */
  public void answeredHere(CommandSpec spec, byte[] reply) {
    boolean error = reply[0] == '-';
    answered(spec.id(), 0, error);
    if (error) {
      errorReplies.count(reply);
    }
  }

  public void answeredHere(CommandSpec spec, ByteBuf reply) {
    boolean error = reply.getByte(reply.readerIndex()) == '-';
    answered(spec.id(), 0, error);
    if (error) {
      errorReplies.count(reply, reply.readerIndex());
    }
  }

  /** An error before the command was looked at; {@code spec} is null if nobody knows it. */
  public void rejectedHere(@Nullable CommandSpec spec, byte[] error) {
    if (spec != null) {
      countRejected(spec.id());
    }
    errorReplies.count(error);
  }

  /** A refused client. */
  public void rejected() {
    sessionsRejected++;
  }

  /** Adds everything to {@code sum}, in which the figures of all loops come together. */
  public void addTo(LoopStats sum) {
    sum.growTo(calls.length);
    add(calls, sum.calls);
    add(errors, sum.errors);
    add(nanos, sum.nanos);
    add(buckets, sum.buckets);
    add(rejected, sum.rejected);
    errorReplies.addTo(sum.errorReplies);
    sum.sessionsTotal += sessionsTotal;
    sum.sessionsRejected += sessionsRejected;
    sum.sessionsClosedByLimit += sessionsClosedByLimit;
    sum.protocolErrors += protocolErrors;
    sum.unknownCommands += unknownCommands;
    sum.bytesIn += bytesIn;
    sum.bytesOut += bytesOut;
    sum.pipelineStops += pipelineStops;
    sum.outputStops += outputStops;
    sum.largeRequests += largeRequests;
    sum.transactions += transactions;
    sum.watchesBroken += watchesBroken;
    sum.blocked += blocked;
    sum.blockedCarriedOver += blockedCarriedOver;
  }

  private static void add(long[] from, long[] to) {
    for (int i = 0; i < from.length; i++) {
      to[i] += from[i];
    }
  }

  public int commandCount() {
    return calls.length;
  }

  public long calls(int commandId) {
    return calls[commandId];
  }

  /** Calls answered with an error, whoever it came from. */
  public long errors(int commandId) {
    return errors[commandId];
  }

  /** From the read of the request to the read of its reply, all calls together. */
  public long nanos(int commandId) {
    return nanos[commandId];
  }

  public long bucket(int commandId, int bucket) {
    return buckets[commandId * LatencyBuckets.COUNT + bucket];
  }

  public long callsTotal() {
    long total = 0;
    for (long count : calls) {
      total += count;
    }
    return total;
  }

  public long errorsTotal() {
    long total = 0;
    for (long count : errors) {
      total += count;
    }
    return total;
  }

  public long sessionsTotal() {
    return sessionsTotal;
  }

  public long sessionsRejected() {
    return sessionsRejected;
  }

  /** Sessions closed because of a time-out or a limit of their own making. */
  public long sessionsClosedByLimit() {
    return sessionsClosedByLimit;
  }

  public long protocolErrors() {
    return protocolErrors;
  }

  public long unknownCommands() {
    return unknownCommands;
  }

  public long bytesIn() {
    return bytesIn;
  }

  public long bytesOut() {
    return bytesOut;
  }

  /** How often a session was not read because it had too many unanswered requests. */
  public long pipelineStops() {
    return pipelineStops;
  }

  /** How often a session was not read because it did not take its replies. */
  public long outputStops() {
    return outputStops;
  }

  public long largeRequests() {
    return largeRequests;
  }

  /** Transactions for which EXEC was carried out or tried. */
  public long transactions() {
    return transactions;
  }

  /** Sessions that wait for something now. */
  public long blocked() {
    return blocked;
  }

  /** How often a request that waited was sent again because its slot or server had changed. */
  public long blockedCarriedOver() {
    return blockedCarriedOver;
  }

  /** Watches that ended because their slot was fenced or moved, or their connection was lost. */
  public long watchesBroken() {
    return watchesBroken;
  }
}
