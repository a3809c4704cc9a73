"""The field's terms as this product uses them, in English and Vietnamese, and where each is to be seen."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """One entry; `pane` is the number of the pane that shows it."""

    english: str
    vietnamese: str
    meaning: str
    pane: int


TERMS: tuple[Term, ...] = (
    Term("Web crawling", "Thu thập dữ liệu web", "Collecting text from many pages; here a made-up web.", 1),
    Term("Filter", "Bộ lọc", "Throws out what should not be learnt: spam, copies, gibberish, harm.", 1),
    Term("Mixture", "Tỷ lệ pha trộn", "How often each source is read; good sources weigh more.", 1),
    Term("Token", "Token", "A piece of text, a word or a part of one: what is guessed, one by one.", 4),
    Term("Pretraining", "Tiền huấn luyện", "Guess the next token of much raw text, and be corrected.", 2),
    Term("Loss", "Độ mất mát", "How wrong a guess was: minus the log of the truth's probability.", 2),
    Term("Bits per byte", "Số bit mỗi byte", "Loss by length of text, so that tokenizers compare.", 2),
    Term("Weights", "Trọng số", "The model's numbers. All that it knows is in them.", 3),
    Term("Backpropagation", "Lan truyền ngược", "Blame goes back: how much each weight made it wrong.", 3),
    Term(
        "Gradient",
        "Gradien",
        "The blame of one weight: which way the loss rises with it, and how steeply.",
        3,
    ),
    Term("Gradient descent", "Hạ gradien", "Nudge every weight a little against its gradient: downhill.", 3),
    Term("Learning rate", "Tốc độ học", "How large a nudge is.", 2),
    Term("Training step", "Bước huấn luyện", "Guess, score, blame, nudge: once, for a batch of text.", 4),
    Term(
        "Validation",
        "Kiểm định",
        "The loss on documents held back; their sentences may stand in others.",
        2,
    ),
    Term("Fine-tuning", "Tinh chỉnh", "Learning to answer from good examples of answers.", 2),
    Term("RLHF", "Học từ phản hồi người", "Adjusting the model to what people prefer.", 4),
    Term("Human rater", "Người chấm điểm", "A person who says which answer is better: you.", 4),
    Term("Reward model", "Model phần thưởng", "Learns from the picks to foresee which is preferred.", 4),
    Term("KL, the leash", "Độ lệch KL", "How far the answers have moved from the tuned model's.", 2),
    Term("Reward hacking", "Lách phần thưởng", "Winning reward without being better.", 4),
    Term("Inference", "Suy luận", "Running the frozen weights to answer; nothing is learnt.", 5),
    Term("Frozen weights", "Trọng số đóng băng", "They change no more; their hash proves it.", 5),
    Term("Training cutoff", "Ngày cắt hạn", "What happened after it stands in no text that was read.", 5),
    Term("Sampling", "Lấy mẫu", "Drawing the next token by the probabilities given to all.", 5),
)
