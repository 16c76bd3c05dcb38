package io.vodis.proxy.loop;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.internal.PlatformDependent;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One TCP connection as the data plane uses it. This is the only class that knows that Vert.x
 * stands on a Netty pipeline: it puts its handler in front of Vert.x's own, which from then on sees
 * the beginning and the end of the connection and none of its bytes.
 *
 * <p>Reading: bytes are handed over where they were read; only what the listener leaves unread is
 * copied, to be handed over again with what follows. Writing: bytes are appended to one outgoing
 * direct buffer, and {@link #flush} hands it to the channel as a whole. Since this bypasses
 * Vert.x's own flow control, this class also watches writability and counts what is not yet
 * written.
 */
// A write or close that fails ends the connection, which tells its owner.
@SuppressWarnings("FutureReturnValueIgnored")
public final class RespSocket implements CopyRun.Target {

  /** What a connection tells its owner. All calls come on the connection's loop. */
  public interface Listener {

    /** The connection is there. */
    default void onAttached() {}

    /** Bytes have come. What is consumed must be skipped; the rest is shown again later. */
    void onRead(ByteBuf in);

    /** What was written has left, after {@link RespSocket#congested()} had been true. */
    void onWritable();

    /** The peer will send nothing more, but may still read. */
    void onInputClosed();

    /** The connection is gone; comes once. */
    void onClosed();
  }

  /** All connections allocate from one pool, whatever allocator Vert.x gave their channel. */
  public static final ByteBufAllocator ALLOCATOR = PooledByteBufAllocator.DEFAULT;

  /** How much memory the buffers of all connections of the process may take together. */
  public static long memoryBytesMax() {
    long limit = PlatformDependent.maxDirectMemory();
    return limit > 0 ? limit : Runtime.getRuntime().maxMemory();
  }

  private static final Logger LOGGER = LoggerFactory.getLogger(RespSocket.class);
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(256 << 10, 1 << 20);
  private static final int FIRST_CAPACITY = 512;
  private static final int CAPACITY_MAX = 64 << 10;
  private static final int KEPT_CAPACITY = 2048;

  /** How much of a fresh read is copied to complete what was left of the one before. */
  private static final int JOINED_BYTES = 1024;

  private final Listener listener;
  private @Nullable ChannelHandlerContext context;
  private @Nullable ByteBuf unread;
  private @Nullable ByteBuf outgoing;
  private int nextCapacity = FIRST_CAPACITY;
  private boolean congested;
  private boolean closed;

  public RespSocket(Listener listener) {
    this.listener = listener;
  }

  /** Takes over a connection of Vert.x; bytes appended before leave with the next flush. */
  public void attach(NetSocket socket, int keepAliveSeconds) {
    Channel channel = ((NetSocketInternal) socket).channelHandlerContext().channel();
    if (keepAliveSeconds > 0) {
      channel.config().setOption(ChannelOption.SO_KEEPALIVE, true);
      channel.config().setOption(EpollChannelOption.TCP_KEEPIDLE, keepAliveSeconds);
      // A peer that has vanished is found soon after, also by who waits for ever: as Redis does it.
      channel
          .config()
          .setOption(EpollChannelOption.TCP_KEEPINTVL, Math.max(1, keepAliveSeconds / 3));
      channel.config().setOption(EpollChannelOption.TCP_KEEPCNT, 3);
    }
    attach(channel, "handler");
  }

  /** Takes over a channel; {@code before} names the handler to precede, or is null for the end. */
  public void attach(Channel channel, @Nullable String before) {
    if (closed) {
      channel.close();
      return;
    }
    channel.config().setAllocator(ALLOCATOR);
    channel.config().setWriteBufferWaterMark(WATER_MARK);
    channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    PipelineHandler handler = new PipelineHandler();
    if (before == null) {
      channel.pipeline().addLast("resp", handler);
    } else {
      channel.pipeline().addBefore(before, "resp", handler);
    }
    context = channel.pipeline().context(handler);
    if (channel.isActive()) {
      listener.onAttached();
    } else {
      onInactive();
    }
  }

  /** The buffer to append to; whoever appends makes sure that {@link #flush} is called. */
  @Override
  public ByteBuf outgoing() {
    ByteBuf buffer = outgoing;
    if (buffer == null) {
      buffer = ALLOCATOR.directBuffer(nextCapacity);
      outgoing = buffer;
    }
    return buffer;
  }

  /** Hands what was appended to the channel, and the channel's bytes to the kernel. */
  public void flush() {
    ByteBuf buffer = outgoing;
    ChannelHandlerContext ctx = context;
    if (buffer == null || ctx == null) {
      return;
    }
    outgoing = null;
    int size = buffer.readableBytes();
    // The next buffer is as large as this one was full, within limits: it rarely has to grow.
    nextCapacity =
        Math.max(FIRST_CAPACITY, Math.min(CAPACITY_MAX, Integer.highestOneBit(size) << 1));
    ctx.writeAndFlush(buffer, ctx.voidPromise());
  }

  /** Writes at once, ahead of everything appended since the last flush. */
  public void writeAhead(ByteBuf bytes) {
    ChannelHandlerContext ctx = context;
    if (ctx == null || closed) {
      bytes.release();
      return;
    }
    ctx.writeAndFlush(bytes, ctx.voidPromise());
  }

  /** Drops what was appended since the last flush. */
  public void discardOutgoing() {
    if (outgoing != null) {
      outgoing.release();
      outgoing = null;
    }
  }

  /** Bytes appended since the last flush. */
  public int appendedBytes() {
    return outgoing == null ? 0 : outgoing.readableBytes();
  }

  /** Whether the listener has left bytes unread. */
  public boolean hasUnread() {
    return unread != null;
  }

  /** Bytes read from the kernel that the listener has not taken yet. */
  public long unreadBytes() {
    return unread == null ? 0 : unread.readableBytes();
  }

  /** Bytes appended or written that the kernel has not taken yet. */
  public long pendingBytes() {
    long pending = appendedBytes();
    if (congested && context != null) {
      ChannelOutboundBuffer queue = context.channel().unsafe().outboundBuffer();
      if (queue != null) {
        pending += queue.totalPendingWriteBytes();
      }
    }
    return pending;
  }

  /** Whether the peer takes less than is written; ends with {@link Listener#onWritable()}. */
  public boolean congested() {
    return congested;
  }

  /** Stops reading from the kernel, so that the peer is slowed down. */
  public void pauseReading() {
    if (context != null) {
      context.channel().config().setAutoRead(false);
    }
  }

  /** Shows the listener what it left unread, and reads on unless it has paused again. */
  public void resumeReading() {
    ChannelHandlerContext ctx = context;
    if (ctx == null || closed) {
      return;
    }
    ctx.channel().config().setAutoRead(true);
    if (unread != null) {
      showUnread();
    }
  }

  /** Closes at once; what was not written is lost. */
  public void close() {
    if (!closed && context != null) {
      context.close();
    } else if (context == null) {
      onInactive();
    }
  }

  /** Closes when everything appended has been written. */
  public void flushAndClose() {
    ChannelHandlerContext ctx = context;
    if (ctx == null || closed) {
      close();
      return;
    }
    ByteBuf buffer = outgoing();
    outgoing = null;
    ctx.writeAndFlush(buffer).addListener(ChannelFutureListener.CLOSE);
  }

  public boolean isClosed() {
    return closed;
  }

  /** Address of the other side, for logs and CLIENT LIST. */
  public String remoteAddress() {
    return addressText(context == null ? null : context.channel().remoteAddress());
  }

  public String localAddress() {
    return addressText(context == null ? null : context.channel().localAddress());
  }

  private static String addressText(@Nullable SocketAddress address) {
    if (address instanceof InetSocketAddress inet && inet.getAddress() != null) {
      String host = inet.getAddress().getHostAddress();
      return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + inet.getPort();
    }
    return address == null ? "?:0" : address.toString();
  }

  /** Shows the listener what was read; the caller releases it afterwards. */
  private void deliver(ByteBuf fresh) {
    if (unread != null && !catchesUp(fresh)) {
      return;
    }
    try {
      listener.onRead(fresh);
    } finally {
      if (!closed && fresh.isReadable()) {
        // A read buffer is up to the receive size; what is kept of it must not pin all of that.
        unread = ALLOCATOR.directBuffer(Math.max(KEPT_CAPACITY, fresh.readableBytes() * 2));
        unread.writeBytes(fresh);
      }
    }
  }

  /**
   * Shows the listener what it left unread, with what came since behind it. That is mostly the
   * beginning of one frame of many: it is enough to copy some of the fresh bytes, and to go on in
   * these once the listener has taken all of the old ones.
   *
   * <pre>
   *   unread      $64\r\nvvv | vvv\r\n$64\r\nv    joined: copied
   *   fresh                  vvv\r\n$64\r\nvvvvv\r\n$64...
   *                                  ^ goes on here, if the listener took one frame
   * </pre>
   *
   * @return whether the listener has yet to be shown what is left of {@code fresh}
   */
  private boolean catchesUp(ByteBuf fresh) {
    int joined = Math.min(JOINED_BYTES, fresh.readableBytes());
    append(fresh, joined);
    showUnread();
    ByteBuf rest = unread;
    int left = rest == null ? 0 : rest.readableBytes();
    if (closed || !fresh.isReadable()) {
      return false;
    }
    if (left > joined) {
      append(fresh, fresh.readableBytes());
      showUnread();
      return false;
    }
    fresh.readerIndex(fresh.readerIndex() - left);
    if (rest != null) {
      rest.release();
      unread = null;
    }
    return true;
  }

  private void append(ByteBuf fresh, int length) {
    ByteBuf kept = requireNonNull(unread);
    if (kept.writableBytes() < length) {
      kept.discardReadBytes();
    }
    kept.writeBytes(fresh, length);
  }

  private void showUnread() {
    ByteBuf in = requireNonNull(unread);
    unread = null;
    try {
      listener.onRead(in);
    } finally {
      if (closed || !in.isReadable()) {
        in.release();
      } else {
        unread = in;
      }
    }
  }

  private void onInactive() {
    if (closed) {
      return;
    }
    closed = true;
    if (unread != null) {
      unread.release();
      unread = null;
    }
    listener.onClosed();
    // Afterwards: what was still to be copied here is dropped as well.
    discardOutgoing();
  }

  private final class PipelineHandler extends ChannelInboundHandlerAdapter {

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (closed || !(message instanceof ByteBuf in)) {
        ReferenceCountUtil.release(message);
        return;
      }
      try {
        deliver(in);
      } finally {
        in.release();
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      // Nothing: the flush at the end of the loop iteration does better than one per read.
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
      congested = !ctx.channel().isWritable();
      if (!congested && !closed) {
        listener.onWritable();
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
      if (event == ChannelInputShutdownEvent.INSTANCE) {
        listener.onInputClosed();
      } else if (event != ChannelInputShutdownReadComplete.INSTANCE) {
        super.userEventTriggered(ctx, event);
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
      onInactive();
      super.channelInactive(ctx);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      // A connection reset by its peer is everyday life; anything else is a fault of our own.
      if (!(cause instanceof IOException)) {
        LOGGER.error("connection {} is closed after a fault", ctx.channel(), cause);
      }
      ctx.close();
    }
  }
}
