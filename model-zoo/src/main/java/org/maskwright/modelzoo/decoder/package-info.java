/** Queries and pixel features to predictions. */
package org.maskwright.modelzoo.decoder;
