/** From a query's state to class logits, and the classes that the logits stand for. */
package org.maskwright.modelzoo.head;
