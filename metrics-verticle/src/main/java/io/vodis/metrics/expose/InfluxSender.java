package io.vodis.metrics.expose;

import io.micrometer.core.ipc.http.HttpSender;
import io.micrometer.core.ipc.http.HttpUrlConnectionSender;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends to InfluxDB and tells of an outage when it begins and when it ends, in one line each.
 * Micrometer's registry would tell of every push, with a stack trace; its logger is off.
 */
final class InfluxSender implements HttpSender {

  private static final Logger LOGGER = LoggerFactory.getLogger(InfluxSender.class);
  private static final int UNAVAILABLE = 503;

  private final HttpSender sender = new HttpUrlConnectionSender();
  private boolean failing;

  @Override
  public Response send(Request request) {
    Response response;
    try {
      response = sender.send(request);
    } catch (IOException e) {
      response = new Response(UNAVAILABLE, String.valueOf(e.getMessage()));
    } catch (Throwable e) {
      throw new IllegalStateException("the sender declares more than it throws", e);
    }
    note(response);
    return response;
  }

  private synchronized void note(Response response) {
    boolean failed = !response.isSuccessful();
    if (failed && !failing) {
      LOGGER.warn(
          "InfluxDB takes no figures, they are lost until it does: {} {}",
          response.code(),
          response.body().strip());
    } else if (!failed && failing) {
      LOGGER.info("InfluxDB takes figures again");
    }
    failing = failed;
  }
}
