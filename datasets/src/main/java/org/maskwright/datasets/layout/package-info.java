/**
 * The layouts of data sets, a class each: what gives one away in a folder, and what opens it. A new
 * one is a class of this kind and a line in {@code META-INF/services}.
 */
package org.maskwright.datasets.layout;
