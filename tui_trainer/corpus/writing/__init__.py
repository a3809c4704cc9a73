"""The tiny world written up as web pages, books, code, papers and forum talk."""

from tui_trainer.corpus.writing.documents import write_documents

__all__ = ["write_documents"]
