/**
 * Processes that train one model together: where one stands among them ({@link
 * org.maskwright.engine.process.Rendezvous}), and what they do in common ({@link
 * org.maskwright.engine.process.ProcessGroup}). Who brings a library for it implements {@link
 * org.maskwright.engine.process.ProcessGroupProvider}.
 */
package org.maskwright.engine.process;
