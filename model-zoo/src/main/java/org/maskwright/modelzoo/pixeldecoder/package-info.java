/** Feature maps to mask features and to the memory that queries attend to. */
package org.maskwright.modelzoo.pixeldecoder;
