"""A report as Markdown, plain text, HTML, PDF and DOCX."""
