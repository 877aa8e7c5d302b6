"""Chinese search over the products' cards, beside LIKE over their names. `--size` is the number of products."""

import random
from typing import Any

from benchmarks import ground
from benchmarks.storefront import lay_out

SEARCHES = 60
WORDS = [
    "日志", "采集", "检索", "归档", "告警", "报表", "网关", "备份", "巡检", "迁移", "调度", "编排", "审计", "脱敏", "缓存",
    "队列", "镜像", "证书", "域名", "负载", "容器", "存储", "数据库", "防火墙", "监控", "运维", "人工智能", "机器学习",
    "办公", "财务", "客服", "电商", "物流", "教育", "医疗", "制造", "零售", "政务", "能源", "交通",
]  # fmt: skip


def name_all(cursor: Any, size: int) -> None:
    """Give every card a name of four words, and the vector that the storefront would index for it."""
    from catalog.search import vector_literal

    dice = random.Random(7)
    for start in range(1, size + 1, 5000):
        rows = []
        for n in range(start, min(start + 5000, size + 1)):
            title = "".join(dice.sample(WORDS, 4)) + f"{n}号"
            rows.append((10_000_000 + n, title, vector_literal([("A", title)])))
        values = ", ".join(["(%s, %s, %s)"] * len(rows))
        cursor.execute(
            f"UPDATE catalog_listingcard c SET title_zh = v.title, search = v.search::tsvector"
            f" FROM (VALUES {values}) AS v (id, title, search) WHERE c.product_id = v.id",
            [value for row in rows for value in row],
        )
    cursor.execute("SELECT gin_clean_pending_list('card_search')")
    cursor.execute("ANALYZE catalog_listingcard")


def main() -> None:
    given = ground.arguments(__doc__, 20_000)
    ground.set_up()
    from catalog.selectors import cards_page
    from catalog.types import CardFilters
    from core import clock

    with ground.taken_back() as cursor:
        now = clock.now()
        lay_out(cursor, given.size, now)
        name_all(cursor, given.size)
        dice = random.Random(11)
        asked = ["".join(dice.sample(WORDS, 2)) for _n in range(SEARCHES)]

        def bare(words: str) -> int:
            cursor.execute(
                "SELECT slug, title_zh, tagline_zh, provider_name, price_from FROM catalog_listingcard WHERE on_sale"
                " AND title_zh LIKE %s AND title_zh LIKE %s ORDER BY popularity DESC, product_id DESC LIMIT 25",
                [f"%{words[:2]}%", f"%{words[-2:]}%"],
            )
            return len(cursor.fetchall())

        def ours(words: str) -> int:
            return len(cards_page(now=now, filters=CardFilters(), query=words, size=24).items)

        ours(asked[0]), bare(asked[0])
        times: dict[str, list[float]] = {"ours": [], "bare": []}
        found = 0
        for words in asked:
            times["ours"].append(ground.seconds(lambda words=words: ours(words)))
            times["bare"].append(ground.seconds(lambda words=words: bare(words)))
            found += bool(ours(words))
        if not found:
            raise SystemExit("nothing was found")
        p95 = {side: ground.percentile(taken, 0.95) for side, taken in times.items()}
        print(f"{given.size:,} products; {found} of {SEARCHES} searches found something; p95 ", end="")
        print(f"{p95['ours'] * 1000:.1f} ms, LIKE {p95['bare'] * 1000:.1f} ms")
        ground.tell(ground.Beside("search at its p95", 1 / p95["ours"], 1 / p95["bare"], "searches/s", 1.0))
    ground.forget_cache()
    ground.close_books()


if __name__ == "__main__":
    main()
