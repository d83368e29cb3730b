/**
 * The one suite that every backend passes: each primitive forward against float64 loops and its
 * gradient against finite differences of those loops. A backend's tests extend {@link
 * org.maskwright.engine.conformance.PrimitiveConformance} and {@link
 * org.maskwright.engine.conformance.CompositeConformance} and name the backend.
 */
package org.maskwright.engine.conformance;
