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
    Term("Dataset", "Tập dữ liệu", "All the text that the model learns from.", 1),
    Term("Filter", "Bộ lọc", "Throws out what should not be learnt: spam, copies, gibberish, harm.", 1),
    Term("Boilerplate", "Văn bản khuôn mẫu", "Menus, notices and other lines that stand on every page.", 1),
    Term(
        "Precision, recall",
        "Độ chuẩn, độ phủ",
        "Of what a filter drops, the share that is junk; of the junk, the share that it drops.",
        1,
    ),
    Term("Mixture", "Tỷ lệ pha trộn", "How often each source is read; good sources weigh more.", 1),
    Term("Token", "Token", "A piece of text, a word or a part of one: what is guessed, one by one.", 4),
    Term("Capital", "Chữ hoa", "A mark before a large letter: so a word is the same tokens anywhere.", 4),
    Term("Vocabulary", "Từ vựng", "All tokens that there are; a blind guess is one of them.", 4),
    Term("Matrix", "Ma trận", "A table of numbers; all weights stand in such tables.", 3),
    Term("Embedding", "Nhúng", "The row of numbers that stands for a token inside the model.", 3),
    Term("Layer", "Tầng", "One round of attention and MLP; the model is a stack of them.", 3),
    Term("Attention", "Chú ý", "Each token looks back at the ones that matter to it.", 3),
    Term("Query, key", "Truy vấn, khóa", "In attention: what a token looks for, and what it is found by.", 3),
    Term("Value, output", "Giá trị, đầu ra", "In attention: what is passed on, and how it is put back.", 3),
    Term("Head", "Đầu chú ý", "One of several attentions side by side, each looking its own way.", 3),
    Term(
        "Up, down",
        "Chiếu lên, chiếu xuống",
        "A layer's MLP: to more numbers, and back to as many as before.",
        3,
    ),
    Term("MLP", "Mạng MLP", "The other half of a layer: it works on each token alone.", 3),
    Term("Output head", "Đầu dự đoán", "Turns the last numbers into a probability for every token.", 3),
    Term("Pretraining", "Tiền huấn luyện", "Guess the next token of much raw text, and be corrected.", 2),
    Term("Loss", "Độ mất mát", "How wrong a guess was: minus the log of the truth's probability.", 2),
    Term(
        "Logarithmic axis", "Trục logarit", "Equal distances on it multiply: small values are seen, too.", 2
    ),
    Term("Nats", "Nat", "The unit of loss: natural logarithms. A coin toss is 0.69.", 2),
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
    Term("Norm", "Chuẩn", "The size of many numbers taken as one: root of their squares' sum.", 3),
    Term("Learning rate", "Tốc độ học", "How large a nudge is.", 2),
    Term("Training step", "Bước huấn luyện", "Guess, score, blame, nudge: once, for a batch of text.", 4),
    Term("Batch", "Lô", "The texts that one step learns from together.", 4),
    Term("Checkpoint", "Điểm lưu", "All of a run put away, so that it can go on from there.", 2),
    Term("Evaluation", "Đánh giá", "Every so many steps: loss on unseen text, samples, pictures.", 2),
    Term("Overfitting", "Quá khớp", "Learning the text by heart: unseen text begins to cost more.", 2),
    Term("FLOPs", "Số phép tính", "Multiplications and additions done so far, an estimate.", 2),
    Term(
        "Validation",
        "Kiểm định",
        "The loss on documents held back; their sentences may stand in others.",
        2,
    ),
    Term(
        "95 % interval",
        "Khoảng tin cậy 95 %",
        "Made so that 95 of 100 such intervals hold the true value.",
        5,
    ),
    Term("Fine-tuning", "Tinh chỉnh", "Learning to answer from good examples of answers.", 2),
    Term("Prompt", "Câu nhắc", "The text that the model answers, or goes on from.", 5),
    Term("Entity", "Thực thể", "Somebody or something that facts are about: a person, a town.", 5),
    Term("Held out", "Để dành", "Kept back from training, to measure on.", 5),
    Term(
        "Tuned, aligned",
        "Tinh chỉnh, căn chỉnh",
        "The weights after fine-tuning, and after feedback; base are those before both.",
        5,
    ),
    Term("RLHF", "Học từ phản hồi người", "Adjusting the model to what people prefer.", 4),
    Term("Human rater", "Người chấm điểm", "A person who says which answer is better: you.", 4),
    Term(
        "Feature",
        "Đặc trưng",
        "What is counted in an answer, as its length: all that the reward model sees of it.",
        4,
    ),
    Term("Reward model", "Model phần thưởng", "Learns from the picks to predict which is preferred.", 4),
    Term(
        "Useful picks",
        "Lượt chọn có ích",
        "Those that say which is better, or that both are equal; not skips.",
        4,
    ),
    Term("Calibration", "Hiệu chuẩn", "Whether it is right as often as it is sure.", 4),
    Term("Alpha", "Alpha", "How far raters agree beyond chance (Krippendorff): 1 is always.", 4),
    Term("Median", "Trung vị", "The middle one of all values, in order of size.", 4),
    Term("Reinforcement", "Học tăng cường", "Makes answers that scored well likelier, and others less.", 4),
    Term("KL, the leash", "Độ lệch KL", "How far the answers have moved from the tuned model's.", 2),
    Term("Rehearsal", "Ôn lại", "A second leash: what the tuned model was sure of is kept.", 4),
    Term("Entropy", "Entropy", "How undecided the model is about the next token.", 2),
    Term("Best of n", "Tốt nhất trong n", "Of n answers the one with most reward; no weight is changed.", 2),
    Term("Tax", "Thuế", "What the new taste costs: of the facts asked on the way, those no longer known.", 4),
    Term(
        "Facts known",
        "Dữ kiện đã biết",
        "Of what it has read and no question taught, the share it tells a stranger who asks.",
        5,
    ),
    Term(
        "Only read about",
        "Chỉ đọc thấy",
        "In documents, and in no question that it was taught to answer; never read: in neither.",
        5,
    ),
    Term(
        "As sentences",
        "Đúng dạng câu",
        "Of answers: begun and ended as such, of 60 words at most, with nothing said over and over.",
        5,
    ),
    Term(
        "Chance",
        "Mức ngẫu nhiên",
        "What the commonest answer to everything would score; of loss and bits, a blind guess.",
        5,
    ),
    Term(
        "A stranger's words",
        "Lời người lạ",
        "Questions as people type them, in no wording that pairs or documents have.",
        5,
    ),
    Term("N-gram model", "Mô hình n-gram", "Counts what follows what: the least that a model must beat.", 2),
    Term("Guard", "Chốt canh", "Asks for facts on the way, and turns back where too many go.", 4),
    Term("Reward hacking", "Lách phần thưởng", "Winning reward without being better.", 4),
    Term("Inference", "Suy luận", "Running the frozen weights to answer; nothing is learnt.", 5),
    Term("Frozen weights", "Trọng số đóng băng", "They change no more; their hash proves it.", 5),
    Term("Hash, SHA-256", "Mã băm SHA-256", "A fingerprint of all weights: one other bit, another hash.", 5),
    Term("Training cutoff", "Ngày cắt hạn", "What happened after it stands in no text that was read.", 5),
    Term("Sampling", "Lấy mẫu", "Drawing the next token by the probabilities given to all.", 5),
    Term("Seed", "Hạt giống", "The number that fixes every draw of chance: the same one, the same run.", 5),
    Term("Temperature", "Nhiệt độ", "How boldly it is drawn: 0 takes the likeliest, 1 as the model says.", 5),
    Term("Top-p", "Top-p", "Drawing only from the fewest likeliest tokens that come to this share.", 5),
    Term("Logit lens", "Thấu kính logit", "What a layer would have said, were it the last.", 5),
    Term("Context", "Ngữ cảnh", "All that is read before an answer; what has no room is forgotten.", 5),
    Term("Retrieval, RAG", "Truy xuất, RAG", "Notes that match are put before a question, not learnt.", 5),
    Term("BM25", "BM25", "How well a note matches: by its rare words that the question has.", 5),
)


def meaning(english: str) -> str:
    """What a term means, with it: "Layer: one round of attention and MLP; …"."""
    told = next(term.meaning for term in TERMS if term.english == english)
    return f"{english}: {told[0].lower()}{told[1:]}"
