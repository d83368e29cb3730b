/**
 * A small HTTP server for programs and people on the same machine: routes, the checks of who asks,
 * limits of size, time and memory, errors of one form, metrics. It knows nothing of what is served.
 */
package org.maskwright.trainer.http;
