package io.vodis.proxy;

import io.vertx.core.Context;
import io.vertx.core.internal.ContextInternal;
import java.util.concurrent.Executor;

/** The Netty event loop behind a Vert.x context, for the one flush per loop iteration. */
final class EventLoops {

  private EventLoops() {}

  static Executor executorOf(Context context) {
    return ((ContextInternal) context).nettyEventLoop();
  }
}
