/**
 * Configuration: HOCON files bound strictly to records. All problems of a file are found at once
 * and named with file, line and the nearest known key; defaults live only in {@code
 * reference.conf}.
 */
package org.maskwright.trainer.config;
