package org.maskwright.modelzoo.head;

import org.maskwright.settings.Variant;

/** A kind of class head; its settings implement {@link ClassHeadConfig}. */
public interface ClassHeadPart extends Variant {}
