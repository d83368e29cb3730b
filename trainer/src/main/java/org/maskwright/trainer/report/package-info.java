/**
 * A run or an evaluation as one page: {@link org.maskwright.trainer.report.Report} says what stands
 * on it, in numbers and texts alone, and {@link org.maskwright.trainer.report.ReportPage} makes it
 * HTML that needs nothing besides.
 */
package org.maskwright.trainer.report;
