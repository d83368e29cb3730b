package org.maskwright.trainer.http;

import java.io.IOException;

/**
 * Answers the requests of a route.
 *
 * <p><b>Threads</b> Called by several at once.
 */
@FunctionalInterface
public interface Handler {
  /**
   * Answers one.
   *
   * @throws HttpException if it cannot be answered; whatever else is thrown is a fault of ours, is
   *     logged and answered with 500
   * @throws IOException if the client went away
   */
  Answer handle(Request request) throws IOException;
}
