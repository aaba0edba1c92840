//! A saved ssecheck report as text, JSON, JUnit, Markdown and GitHub annotations
