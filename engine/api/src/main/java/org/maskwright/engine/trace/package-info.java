/** Backends that compute no numbers but follow what a model does. */
package org.maskwright.engine.trace;
